#include "CMalloc.h"
#include <jemalloc/jemalloc.h>

// jemalloc reads this before the first allocation. Two arenas: more would each hold back memory of
// their own, and threads have a cache in front of them.
const char *malloc_conf = "narenas:2";

bool cordon_gives_memory_back(void) {
    bool wanted = true;
    return mallctl("background_thread", NULL, NULL, &wanted, sizeof wanted) == 0;
}
