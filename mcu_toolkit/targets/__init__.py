"""What code is generated for: instruction sets (`isa`), architectures (`arch`) and the compiler's `Target`."""
