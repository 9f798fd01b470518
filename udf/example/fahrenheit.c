/* fahrenheit.c: a scalar function. It is called for many rows at once; rows with a NULL argument are not among them. */
#include "sluice.h"

static void fahrenheit(struct sluice_call *call)
{
    const struct sluice_column *celsius = &call->args[0];
    for (uint32_t i = 0; i < call->n_rows; i++) {
        uint32_t row = call->rows[i];
        double   c = celsius->f64[sluice_at(celsius, row)];
        if (c < -273.15) {
            sluice_fault(call, row, SLUICE_FAULT_DATA,
                         "%g degrees Celsius are below absolute zero", c);
            continue; /* this row goes to the error stream */
        }
        call->result->f64[row] = c * 9 / 5 + 32;
    }
}

static const struct sluice_fn row = {
    .args = { { .name = "celsius", .class = SLUICE_CLASS_AS_DOUBLE } },
    .returns = { .kind = SLUICE_DOUBLE },
    .errors = "22000",
    .kernel = fahrenheit,
};

SLUICE_EXPORT(fahrenheit_of, FUNCTION, &row);
