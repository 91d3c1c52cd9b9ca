#ifdef __x86_64__
#include "../simd/avx2.h"
#include "body.h"
#include "../simd/end.h"
#endif
