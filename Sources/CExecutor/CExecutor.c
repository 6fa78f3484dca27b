#include "CExecutor.h"
#include <stddef.h>

// Of the Swift runtime: the hook that a global executor is installed by, and the way to run a job.
// An executor of two nulls is the generic one.
#define SWIFT __attribute__((swiftcall))
extern SWIFT void (*swift_task_enqueueGlobal_hook)(cordon_job, void *original);
extern SWIFT void swift_job_run(cordon_job, void *executor, void *implementation);

static void (*taken_over_by)(cordon_job);

static SWIFT void hook(cordon_job job, void *original) {
    (void)original;
    taken_over_by(job);
}

void cordon_take_over(void (*enqueue)(cordon_job)) {
    taken_over_by = enqueue;
    // Threads of the runtime that are there already may read it at any moment.
    __atomic_store_n(&swift_task_enqueueGlobal_hook, hook, __ATOMIC_RELEASE);
}

void cordon_run(cordon_job job) { swift_job_run(job, NULL, NULL); }
