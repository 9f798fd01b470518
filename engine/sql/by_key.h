#ifndef SQL_BY_KEY_H
#define SQL_BY_KEY_H

/* by_key.h: tables that are looked up by key (lookup = 'key') are asked by their key and in no other way. */

#include "sql/binder.h"

/* Reports other uses, and puts the keys of look-ups in the order of the table's. After the rewriting, which makes keys
 * of conditions. */
void plan_check_by_key(struct binder *b, struct app_plan *plan);

#endif
