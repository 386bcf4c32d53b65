/* Macros of the assembly files (.S): how a function begins and ends, and how it states its stack frame.
 *
 *     mcutk_function NAME, FRAME      opens a section and defines the global Thumb function NAME
 *     ...
 *     mcutk_end NAME
 *
 * FRAME is the stack that the function uses, in bytes: the registers that it pushes and what it subtracts from sp. The
 * macro defines it as the local absolute symbol NAME_frame, which takes no room in an image. The compiler's stack listings
 * do not contain assembly, so the stack bound of a firmware reads these symbols from the object files:
 *     for a function NAME of type FUNC: symbol NAME_frame, section index SHN_ABS, value = bytes.
 * tests/emulator/test_assembly_frames.py compares each with the pushes and subtractions in the disassembly.
 */
#ifndef MCUTK_ASSEMBLY_H
#define MCUTK_ASSEMBLY_H

#ifdef __ASSEMBLER__

#ifdef __arm__
    .syntax unified
    .thumb

    .macro mcutk_function name, frame
    .section .text.\name, "ax", %progbits
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
    .set \name\()_frame, \frame
\name:
    .endm

    .macro mcutk_end name
    .size \name, . - \name
    .endm
#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits /* no file needs an executable stack */
    .text
#endif

#endif

#endif
