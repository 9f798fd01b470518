/* mosquitto.c: the library by its name, its functions by theirs. */

#include "io/mosquitto.h"

#include <dlfcn.h>
#include <string.h>

/* The name that stands for this interface, without the package for developers. */
static const char library_name[] = "libmosquitto.so.1";

struct status mosquitto_load(struct arena *a, struct span at, struct mosquitto_calls *out)
{
    const struct {
        const char *name;
        void *function;
    } functions[] = {
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
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library && i < sizeof functions / sizeof functions[0]; i++) {
        void *found = dlsym(library, functions[i].name);
        if (!found) library = NULL;
        else memcpy(functions[i].function, &found, sizeof found);
    }
    if (library) {
        out->lib_init();
        return OK;
    }
    struct status st = status_new(a, ERR_NOT_SUPPORTED, at, "MQTT needs %s", library_name);
    return status_with_hint(st, "install it: on Debian it is in the package libmosquitto1");
}
