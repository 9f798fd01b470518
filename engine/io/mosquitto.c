/* mosquitto.c: the library by its name, its functions by theirs. */

#include "io/mosquitto.h"

#include "io/library.h"

struct status mosquitto_load(struct arena *a, struct span at, struct mosquitto_calls *out)
{
    static const struct library library = { "libmosquitto.so.1", "libmosquitto1", "MQTT needs" };
    const struct library_function functions[] = {
        { "mosquitto_lib_init", &out->lib_init },
        { "mosquitto_new", &out->new },
        { "mosquitto_destroy", &out->destroy },
        { "mosquitto_will_set", &out->will_set },
        { "mosquitto_username_pw_set", &out->username_pw_set },
        { "mosquitto_tls_set", &out->tls_set },
        { "mosquitto_int_option", &out->int_option },
        { "mosquitto_connect", &out->connect },
        { "mosquitto_disconnect", &out->disconnect },
        { "mosquitto_publish", &out->publish },
        { "mosquitto_subscribe", &out->subscribe },
        { "mosquitto_socket", &out->socket },
        { "mosquitto_want_write", &out->want_write },
        { "mosquitto_loop_read", &out->loop_read },
        { "mosquitto_loop_write", &out->loop_write },
        { "mosquitto_loop_misc", &out->loop_misc },
        { "mosquitto_max_inflight_messages_set", &out->max_inflight_messages_set },
        { "mosquitto_connect_with_flags_callback_set", &out->connect_with_flags_callback_set },
        { "mosquitto_subscribe_callback_set", &out->subscribe_callback_set },
        { "mosquitto_message_callback_set", &out->message_callback_set },
        { "mosquitto_publish_callback_set", &out->publish_callback_set },
        { "mosquitto_log_callback_set", &out->log_callback_set },
        { "mosquitto_strerror", &out->strerror },
        { "mosquitto_connack_string", &out->connack_string },
    };
    TRY(library_load(a, at, &library, functions, sizeof functions / sizeof functions[0]));
    out->lib_init();
    return OK;
}
