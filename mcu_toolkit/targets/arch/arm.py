"""Arm Cortex-M: Armv6-M, Armv7-M and Armv8-M, little-endian, Thumb code."""

from __future__ import annotations

from mcu_toolkit.targets.arch.base import ARCHS, Arch, Requirement
from mcu_toolkit.targets.arch.qemu import Qemu

#: Armv7-M Architecture Reference Manual, B1.5.2 "Exception number definition"; SecureFault: Armv8-M.
_FAULTS = {2: "NMI", 3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault", 7: "SecureFault"}
#: ELF for the Arm Architecture, 4.6.1.1: R_ARM_THM_CALL, R_ARM_CALL, R_ARM_JUMP24, R_ARM_THM_JUMP24.
_CALLS = frozenset((10, 28, 29, 30))


def core_flags(cpu: str, fpu: str) -> tuple[str, ...]:
    """Flags that select a core; the FPU ``auto`` leaves the choice to ``-mcpu``, an empty one selects soft floats."""
    flags = (f"-mcpu={cpu}", "-mthumb")
    if not fpu:
        return (*flags, "-mfloat-abi=soft")
    return (*flags, "-mfloat-abi=hard", *(() if fpu == "auto" else (f"-mfpu={fpu}",)))


def fault_name(number: int) -> str:
    """The name of an exception; 0 is thread mode, in which the application ended."""
    return _FAULTS.get(number, f"exception {number}") if number else "the application ended"


ARM = ARCHS.add(
    "arm",
    Arch(
        id="arm",
        name="Arm Cortex-M",
        prefix="arm-none-eabi-",
        default_cpu="cortex-m3",
        core_flags=core_flags,
        link_flags=("-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--build-id=none"),
        hal="cortexm",
        linker_template="cortexm.ld.j2",
        emulator=Qemu(program="qemu-system-arm"),
        requirements=(
            Requirement(
                "arm-none-eabi-gcc",
                "firmware for Cortex-M boards",
                "sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi",
            ),
            Requirement(
                "libc.a", "firmware for Cortex-M boards", "sudo apt-get install libnewlib-arm-none-eabi", library=True
            ),
            Requirement("qemu-system-arm", "the emulated Cortex-M boards", "sudo apt-get install qemu-system-arm"),
        ),
        call_relocations=_CALLS,
        fault_name=fault_name,
        # Nine saved registers are 36 bytes, those of the floating-point unit 64 more; the C library's memory functions
        # use less.
        unstated_frame=124,
        no_long_multiply=frozenset(("cortex-m0", "cortex-m0plus", "cortex-m1", "cortex-m23")),
    ),
)
