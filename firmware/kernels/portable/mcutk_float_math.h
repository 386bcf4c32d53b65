/* exp and log of float32 for operators that a model computes in float32 at its border. No libm: its results differ between
 * libraries, and those of a model must not. Arithmetic: IEEE 754 double, rounded after each operation (no fused multiply-add). */
#ifndef MCUTK_FLOAT_MATH_H
#define MCUTK_FLOAT_MATH_H

/* e^x for x <= 88, rounded to float32; 0 below -103.97. Equal to glibc's expf in the form that the interpreter calls. */
float mcutk_expf(float x);

/* Natural logarithm of a finite x >= 1. Equal to glibc's logf. */
float mcutk_logf(float x);

#endif
