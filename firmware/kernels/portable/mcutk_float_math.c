#include "mcutk_float_math.h"

#include <stdint.h>
#include <string.h>

/* A fused multiply-add would round once where this arithmetic rounds twice. -std=c11 turns contraction off in GCC, a sketch's
 * -std=gnu11 does not. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* Both functions are those of Arm Optimized Routines (math/expf.c and math/logf.c by S. Nagy, Copyright (c) 2017-2018 Arm Limited,
 * SPDX-License-Identifier: MIT), which glibc and
 * newlib contain. exp: x = (k / 32 + r) ln 2, 2^(k / 32) from a table, 2^r by a polynomial of degree 3. log: x = 2^k z, z = c (1 + r)
 * with 1 / c and log c from a table, log(1 + r) by a polynomial of degree 3. */

float mcutk_expf(float x) {
    /* Bits of 2^(i / 32) less i << 47, to which k << 47 is added. */
    static const uint64_t powers[32] = {
        0x3ff0000000000000u, 0x3fefd9b0d3158574u, 0x3fefb5586cf9890fu, 0x3fef9301d0125b51u, 0x3fef72b83c7d517bu,
        0x3fef54873168b9aau, 0x3fef387a6e756238u, 0x3fef1e9df51fdee1u, 0x3fef06fe0a31b715u, 0x3feef1a7373aa9cbu,
        0x3feedea64c123422u, 0x3feece086061892du, 0x3feebfdad5362a27u, 0x3feeb42b569d4f82u, 0x3feeab07dd485429u,
        0x3feea47eb03a5585u, 0x3feea09e667f3bcdu, 0x3fee9f75e8ec5f74u, 0x3feea11473eb0187u, 0x3feea589994cce13u,
        0x3feeace5422aa0dbu, 0x3feeb737b0cdc5e5u, 0x3feec49182a3f090u, 0x3feed503b23e255du, 0x3feee89f995ad3adu,
        0x3feeff76f2fb5e47u, 0x3fef199bdd85529cu, 0x3fef3720dcef9069u, 0x3fef5818dcfba487u, 0x3fef7c97337b9b5fu,
        0x3fefa4afa2a490dau, 0x3fefd0765b6e4540u,
    };
    const double shift = 0x1.8p+52; /* adding it rounds to an integer, which is then in the low bits */
    uint64_t bits;
    double power;
    if (x < -0x1.9fe368p+6f) {
        return 0.0f;
    }
    const double scaled = 0x1.71547652b82fep+5 * (double)x; /* 32 / ln 2 */
    double k = scaled + shift;
    memcpy(&bits, &k, sizeof bits);
    k -= shift;
    const double r = scaled - k;
    bits = powers[bits & 31u] + (bits << 47);
    memcpy(&power, &bits, sizeof power);
    const double high = 0x1.c6af84b912394p-20 * r + 0x1.ebfce50fac4f3p-13;
    const double low = 0x1.62e42ff0c52d6p-6 * r + 1.0;
    return (float)((high * (r * r) + low) * power);
}

float mcutk_logf(float x) {
    static const struct {
        double inverse; /* 1 / c */
        double log;     /* log c */
    } logs[16] = {
        {0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2},  {0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
        {0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},   {0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
        {0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3},  {0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
        {0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4},  {0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
        {0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5},  {0x1p+0, 0x0p+0},
        {0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},   {0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
        {0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},   {0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
        {0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},   {0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
    };
    uint32_t bits;
    float mantissa;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t above = bits - 0x3f330000u; /* 0.7: z lies in 0.7 .. 1.4 */
    const uint32_t entry = (above >> 19) & 15u;
    const uint32_t exponent = above & 0xff800000u;
    bits -= exponent;
    memcpy(&mantissa, &bits, sizeof mantissa);
    const double k = (double)((int32_t)exponent / (1 << 23));
    const double r = (double)mantissa * logs[entry].inverse - 1.0;
    const double base = logs[entry].log + k * 0x1.62e42fefa39efp-1; /* ln 2 */
    const double square = r * r;
    const double high = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2;
    const double rest = -0x1.00ea348b88334p-2 * square + high;
    return (float)(rest * square + (base + r));
}
