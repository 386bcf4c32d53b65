"""Arm Cortex-M: Armv6-M, Armv7-M and Armv8-M, little-endian, Thumb code."""

from __future__ import annotations

from mcu_toolkit.targets.arch.base import ARCHS, Arch, Requirement
from mcu_toolkit.targets.arch.qemu import Qemu

#: firmware/hal/cortexm/startup.c ends the emulator with this plus the exception number.
_FAULT_BASE = 100
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


def fault_name(code: int) -> str:
    """The exception behind an exit code of the emulator."""
    number = code - _FAULT_BASE
    return _FAULTS.get(number, f"exception {number}") if number > 0 else "lock-up in a fault"


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
        emulator=Qemu(
            program="qemu-system-arm",
            args=("-semihosting-config", "enable=on,target=native"),
            fault=fault_name,
        ),
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
        # Nine saved registers are 36 bytes, those of the floating-point unit 64 more; the C library's memory functions
        # use less.
        unstated_frame=124,
        no_long_multiply=frozenset(("cortex-m0", "cortex-m0plus", "cortex-m1", "cortex-m23")),
    ),
)
