#include <stdint.h>

/// Where a piece of a Swift task lies that is due to run.
typedef uintptr_t cordon_job;

/// Has `enqueue` be given every piece of a task that prefers no executor. To be called once, before
/// the first task.
void cordon_take_over(void (*enqueue)(cordon_job));

/// Runs a piece as the runtime's own pool would: as nobody's.
void cordon_run(cordon_job);
