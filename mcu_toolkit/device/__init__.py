"""Device stage: toolchains, firmware, flashers, emulated boards, the link, bench, verify.

Entry points::

    firmware.build(compiled, board, out_dir, *, model_bytes=None, facts=None, steps=True) -> Firmware
    firmware.read_build(build_dir) -> Firmware                  # from build.json, hashes checked
    flash.flash(board, build_dir, device_dir, port=None, *, tool=None) -> FlashReport
    bench.bench(board, device_dir, port, samples, *, model_sha256, profile=False,
                on_result=None, progress=silent) -> BenchRun
    verify.verify(board, device_dir, port, sample, tensors, *, model_sha256) -> VerifyRun
    inputs.random_input(seed, count) -> int8 [count]            # the public reference generator
    connect.hello(board, device_dir, port) -> DeviceInfo        # ping a board

`port` is None for the port that the board implies: an emulated board powers on when it is opened and off
when it is closed. Samples and outputs of a model with several inputs or outputs are their bytes, one after
the other. Results are in `types`.

Below them, from the wire up: `transport` (bytes), `emulator` (QEMU as a transport), `link` (frames, retries),
`connect` (the right model answers). Beside `firmware`: `toolchain` (GCC), `image` (who contributed which bytes),
`stack` (a bound on the stack), `sketch` (Arduino).
"""
