#ifndef IO_MQTT_URL_H
#define IO_MQTT_URL_H

/*
 * mqtt_url.h: mqtt://HOST[:PORT]/TOPIC and mqtts://..., and the options of sources and sinks there, checked without
 * the library and without a broker.
 */

#include "io/url.h"

struct mqtt_address {
    const char *host;
    int         port; /* 1883, with TLS 8883 */
    bool        tls;
    const char *topic; /* as written, without the slash behind the port; "" where there is none */
};

/* A name and a password in the URL are refused, in a message that shows neither. */
struct status mqtt_address(struct arena *a, const struct io_endpoint *e, const struct url *u,
                           struct mqtt_address *out) MUST_CHECK;
/* Address and options of a source: a topic is there and its wildcards stand for whole levels. */
struct status mqtt_check_source(struct arena *a, const struct io_endpoint *e,
                                const struct url *u) MUST_CHECK;
/* Of a sink: one topic without wildcards, in the URL or as the option. */
struct status mqtt_check_sink(struct arena *a, const struct io_endpoint *e,
                              const struct url *u) MUST_CHECK;

#endif
