"""Device stage: firmware, flashers, emulated boards, the serial link, and what runs over it.

Entry points::

    firmware.build(compiled, board, out_dir, *, origin, optimize, model_bytes=None, ...) -> BuildRecord
    firmware.read_build(build_dir) -> BuildRecord               # from build.json, hash of the image checked
    program.program(board, build_dir, device_dir, port=None, *, tool=None) -> FlashRecord
    stream.stream(board, device_dir, port, samples, *, model_sha256, profile=False, ...) -> BenchRun
    compare_layers.compare_layers(board, device_dir, port, sample, tensors, *, model_sha256) -> LayerComparison
    inputs.random_inputs(graph, count, seed) -> arrays          # the public reference generator
    connect.hello(board, device_dir, port) -> DeviceInfo        # ask a board for its identity

`port` is None for the port that the board implies: an emulated board powers on when its port is opened and off when
it is closed. Samples and outputs of a model with several inputs or outputs are their bytes, one tensor after the
other. Result types are in `types`.

The link, from the wire up: `transport` (bytes), `emulated_port` (an emulator as a transport), `link` (frames,
retries), `connect` (opens a port and checks which model answers). The firmware, in the order of the work: `sources`
(files to compile), `elf` (compile, link), `toolchain` (the compiler's command lines), `footprint` (sizes),
`stack` (bound on the stack), `fit` (does the image fit), `sketch` (Arduino).
"""
