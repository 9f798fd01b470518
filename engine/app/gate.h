#ifndef APP_GATE_H
#define APP_GATE_H

/*
 * gate.h: who may touch a running graph. One thread at a time works in it; others look at it while it stands still:
 * between two batches, and while the thread that works waits for somebody outside: a sink that takes nothing, a server
 * that does not answer. So whoever asks why nothing comes is answered just then.
 */

#include <stdatomic.h>

#include "base/thread.h"

struct gate {
    pthread_mutex_t  work;
    pthread_mutex_t  look;   /* within work: while nothing may change */
    _Atomic(void *)  worker; /* the thread that works, by a place of its own; NULL: none */
};

void gate_init(struct gate *g);
void gate_fini(struct gate *g);

/* To work: rows and bounds into the graph, another graph in its place. */
void gate_enter(struct gate *g);
/* The same, waiting for a turn no longer than this; false: it did not come. */
bool gate_enter_soon(struct gate *g, long at_most_ms);
void gate_leave(struct gate *g);

/* Around what the thread that works waits for, and what of the graph does not change meanwhile: others may look. Any
 * thread may call them: where it is not the one that works, they do nothing. */
void gate_wait(struct gate *g);
void gate_go_on(struct gate *g);

/* To look, not for long; nothing is entered meanwhile. */
void gate_look(struct gate *g);
bool gate_look_soon(struct gate *g, long at_most_ms);
void gate_look_away(struct gate *g);

#endif
