/* Runs each generated model of table.c on an emulated Cortex-M and prints how many of its samples gave another output
 * than expected. Built with RIG_ARENA_BYTES, the greatest arena of the models. */
#include "models.h"
#include "start.h"

_Alignas(16) static unsigned char arena[RIG_ARENA_BYTES];

void rig_main(void) {
    for (int32_t i = 0; i < rig_model_count; i++) {
        rig_print_number((uint32_t)rig_models[i](arena));
        rig_print("\n");
    }
}
