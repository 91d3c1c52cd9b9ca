#ifdef __x86_64__
#include "../simd/avx512.h"
#include "body.h"
#include "../simd/end.h"
#endif
