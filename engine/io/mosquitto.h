#ifndef IO_MOSQUITTO_H
#define IO_MOSQUITTO_H

/*
 * mosquitto.h: libmosquitto, loaded when a URL asks for a broker. Linked in, it would make every start slower, also of
 * runs that know no broker.
 */

#include <mosquitto.h>

#include "base/status.h"

/* Its functions, as its header declares them. */
struct mosquitto_calls {
    __typeof__(mosquitto_lib_init) *lib_init;
    __typeof__(mosquitto_new) *new;
    __typeof__(mosquitto_destroy) *destroy;
    __typeof__(mosquitto_will_set) *will_set;
    __typeof__(mosquitto_username_pw_set) *username_pw_set;
    __typeof__(mosquitto_tls_set) *tls_set;
    __typeof__(mosquitto_int_option) *int_option;
    __typeof__(mosquitto_connect) *connect;
    __typeof__(mosquitto_disconnect) *disconnect;
    __typeof__(mosquitto_publish) *publish;
    __typeof__(mosquitto_subscribe) *subscribe;
    __typeof__(mosquitto_socket) *socket;
    __typeof__(mosquitto_want_write) *want_write;
    __typeof__(mosquitto_loop_read) *loop_read;
    __typeof__(mosquitto_loop_write) *loop_write;
    __typeof__(mosquitto_loop_misc) *loop_misc;
    __typeof__(mosquitto_max_inflight_messages_set) *max_inflight_messages_set;
    __typeof__(mosquitto_connect_with_flags_callback_set) *connect_with_flags_callback_set;
    __typeof__(mosquitto_subscribe_callback_set) *subscribe_callback_set;
    __typeof__(mosquitto_message_callback_set) *message_callback_set;
    __typeof__(mosquitto_publish_callback_set) *publish_callback_set;
    __typeof__(mosquitto_log_callback_set) *log_callback_set;
    __typeof__(mosquitto_strerror) *strerror;
    __typeof__(mosquitto_connack_string) *connack_string;
};

/* Fails with NOT_SUPPORTED at `at` when the library is not installed. It stays loaded. */
struct status mosquitto_load(struct arena *a, struct span at,
                             struct mosquitto_calls *out) MUST_CHECK;

#endif
