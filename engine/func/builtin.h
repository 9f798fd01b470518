#ifndef FUNC_BUILTIN_H
#define FUNC_BUILTIN_H

/* builtin.h: the tables of rows that the catalogue begins with. Each ends with a row without a name. */

#include "func/fn.h"

extern const struct fn_def fn_number[];
extern const struct fn_def fn_math[];
extern const struct fn_def fn_compare[];
extern const struct fn_def fn_logic[];
extern const struct fn_def fn_string[];
extern const struct fn_def fn_substring[];
extern const struct fn_def fn_like[];
extern const struct fn_def fn_similar[];
extern const struct fn_def fn_regex[];
extern const struct fn_def fn_time[];
extern const struct fn_def fn_interval[];
extern const struct fn_def fn_datetime_text[];
extern const struct fn_def fn_context[];
extern const struct fn_def fn_record[];
extern const struct fn_def fn_log_regex[];
extern const struct fn_def fn_log_fast[];
extern const struct fn_def fn_log_columns[];
extern const struct fn_def fn_log_web[];
extern const struct fn_def fn_log_system[];

extern const struct agg_def agg_basic[];
extern const struct agg_def agg_extreme[];
extern const struct agg_def agg_first[];
extern const struct agg_def agg_stat[];
extern const struct agg_def agg_analytic[];

/* The kernel of casts and functions whose result is their argument. */
void fn_same_kernel(struct kernel_call *k);

#endif
