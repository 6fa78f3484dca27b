#include <stdbool.h>

/// Has threads of jemalloc give back memory that was not used for ten seconds, also while nobody
/// calls; false when it cannot.
bool cordon_gives_memory_back(void);
