#include "../simd/scalar.h"
#include "body.h"
