/* Layout of the structs that the assembly of this folder reads: byte offsets for C and assembly alike, and the sizes.
 * The header of each struct asserts them with offsetof where the kernels are compiled for Arm. Plain numbers only: the
 * assembler reads this file too. */
#ifndef MCUTK_DSP_OFFSETS_H
#define MCUTK_DSP_OFFSETS_H

/* mcutk_scales_dsp (mcutk_scales_dsp.h) */
#define MCUTK_SCALES_RIGHT_SHIFTS 0
#define MCUTK_SCALES_MULTIPLIERS 4
#define MCUTK_SCALES_BYTES 20

/* mcutk_gemm (mcutk_gemm_dsp.h) */
#define MCUTK_GEMM_WEIGHTS 0
#define MCUTK_GEMM_SCALES 4
#define MCUTK_GEMM_SCALES_END 8
#define MCUTK_GEMM_COLUMN 12
#define MCUTK_GEMM_COLUMN_END 16
#define MCUTK_GEMM_ROUNDING 20
#define MCUTK_GEMM_BYTES 24

/* mcutk_taps (mcutk_taps_dsp.h) */
#define MCUTK_TAPS_FIRST 0
#define MCUTK_TAPS_END 4
#define MCUTK_TAPS_WEIGHTS 8
#define MCUTK_TAPS_SCALES 12
#define MCUTK_TAPS_CHANNEL 16
#define MCUTK_TAPS_CHANNEL_END 20
#define MCUTK_TAPS_ROUNDING 24
#define MCUTK_TAPS_BYTES 28

/* mcutk_fc_scale_dsp and mcutk_fc_row (mcutk_fc_row_dsp.h) */
#define MCUTK_FC_SCALE_MULTIPLIER 0
#define MCUTK_FC_SCALE_RIGHT_SHIFT 4
#define MCUTK_FC_SCALE_BYTES 8
#define MCUTK_FC_ROW_WEIGHTS 0
#define MCUTK_FC_ROW_IN 4
#define MCUTK_FC_ROW_IN_END 8
#define MCUTK_FC_ROW_OUT 12
#define MCUTK_FC_ROW_SCALES 16
#define MCUTK_FC_ROW_ROUNDING 20
#define MCUTK_FC_ROW_GROUPS 24
#define MCUTK_FC_ROW_BYTES 28

/* mcutk_depthwise_strip (mcutk_depthwise_strip_dsp.h) */
#define MCUTK_STRIP_PAIRS 0
#define MCUTK_STRIP_WEIGHTS 4
#define MCUTK_STRIP_MULTIPLIERS 8
#define MCUTK_STRIP_RIGHT_SHIFTS 12
#define MCUTK_STRIP_OUT 16
#define MCUTK_STRIP_ROW 20
#define MCUTK_STRIP_STEP 24
#define MCUTK_STRIP_THIRD 28
#define MCUTK_STRIP_FOURTH 32
#define MCUTK_STRIP_COLUMN_BYTES 36
#define MCUTK_STRIP_CHANNELS 40
#define MCUTK_STRIP_ROUNDING 44
#define MCUTK_STRIP_BYTES 48

#endif
