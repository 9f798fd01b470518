#ifndef APP_RECOVER_H
#define APP_RECOVER_H

/*
 * recover.h: a run that was stopped or killed goes on as if it had not been.
 *
 * A checkpoint is taken between two batches: the snapshots of all operators, the place in every
 * source and the position in every sink go into the state file together. A start with the same file
 * reads them back: sources go on behind the last row that the snapshots know, files and folders are
 * cut back to their position, so each row is in them exactly once. What cannot be taken back
 * (standard output, programs) gets the rows since the checkpoint again: at least once.
 */

#include "app/run_impl.h"

struct recovery;

/* Opens the state file and reads what it has; NULL in *out when the run has none. Refuses a state that another
 * application left. */
struct status recovery_open(struct run *r, struct recovery **out) MUST_CHECK;
void recovery_close(struct recovery *v);
/* Whether there is something to go on from. */
bool recovery_has_state(const struct recovery *v);
/* Snapshots into a graph that is not started. */
struct status recovery_restore_graph(struct recovery *v, struct graph *g) MUST_CHECK;
/* The numbers of rejects. */
struct status recovery_restore_rejects(struct recovery *v, struct rejects *rejects) MUST_CHECK;
/* The position of a sink, by its number; *found false: it begins anew. The text lives as long as the recovery. */
struct status recovery_sink(struct recovery *v, uint32_t sink, struct str *position,
                            bool *found) MUST_CHECK;
/* Puts a lane back: place of its source, number of the next row, whether it had ended. */
struct status recovery_restore_lane(struct recovery *v, struct lane *l, uint32_t lane) MUST_CHECK;
/* Saves everything; the caller works in the graph. On failure the last checkpoint stays. */
struct status recovery_checkpoint(struct recovery *v, struct run *r) MUST_CHECK;

#endif
