#ifndef IO_MQTT_H
#define IO_MQTT_H

/*
 * mqtt.h: one client of an MQTT broker (MQTT 3.1.1): what source and sink share: the first connection, new ones when
 * it is lost, login and TLS, and turns in which the library may read and write.
 *
 * The library has no thread of its own: it works while mqtt_turn is called. What does not read for a while is not sent
 * more by the broker.
 */

#include "io/attempts.h"
#include "io/mosquitto.h"
#include "io/mqtt_url.h"

enum mqtt_state {
    MQTT_DOWN,
    MQTT_CONNECTING, /* asked, not answered yet */
    MQTT_UP
};

struct mqtt {
    struct arena *arena;
    const struct io_endpoint *endpoint;
    struct mqtt_address address;
    const char *url; /* for messages */
    int qos;
    struct mosquitto_calls lib;
    struct mosquitto *client;
    enum mqtt_state state;
    bool began;    /* the first connection stood: losses are told from now on, and made good */
    bool session;  /* when it came UP the broker knew the client from before */
    bool enough;   /* set by a callback: no further packet is to be read in this turn */
    int stop_fd; /* becomes readable when waiting is to end; -1: output_is_stopped ends pauses without a connection */
    int64_t answer_ms, retry_ms, misc_ms, lost_ms, up_ms; /* by clock_steady_ms */
    int64_t pause_ms;
    uint64_t jitter;
    bool again;    /* the message at hand is one that the broker sends again; told while mqtt_hush was not called */
    bool fresh;    /* since it came UP a message came that the broker sends for the first time; told as long */
    bool *resent;  /* by packet identifier: a message that was sent again and is not handed over yet; NULL: not asked */
    uint32_t n_resent;
    char reason[256];
    void *owner;
    struct attempts *attempts; /* where losses and returns are counted */
    /* the connection stands; text that the message about its return is to end with, or NULL */
    const char *(*came)(struct mqtt *m);
};

enum { MQTT_IDENTIFIERS = 65536 /* of packets: so many can be under way */ };

enum mqtt_turn { MQTT_WORKED, MQTT_QUIET, MQTT_STOPPED };

/* Makes a client by the endpoint's options; connects nothing. clean: unless an option says otherwise the broker forgets
 * it when it goes. owner: of callbacks that the caller sets next. Freed by mqtt_close, also after a failure. */
struct status mqtt_new(struct arena *a, const struct io_endpoint *e, const struct url *u,
                       bool clean, void *owner, struct mqtt *m) MUST_CHECK;
/* Connects, and works until *ready. Fails with UNREACHABLE and the reason, within about ten seconds. */
struct status mqtt_begin(struct mqtt *m, const bool *ready) MUST_CHECK;
/* Lets the library work, after waiting at most wait_ms for something to do; makes a lost connection anew
 * when it is time to. */
enum mqtt_turn mqtt_turn(struct mqtt *m, int wait_ms);
/* As a loss: the broker's answer was no good. */
void mqtt_drop(struct mqtt *m, const char *why);
/* What the library logs is not needed until the next connection: formatting it costs something by message. */
void mqtt_hush(struct mqtt *m);
/* Says goodbye and frees the client. */
void mqtt_close(struct mqtt *m);

#endif
