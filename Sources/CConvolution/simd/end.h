// Closes the attribute region that a vector header opened.
#pragma clang attribute pop
