"""The model as data: .tflite reader, graph IR, operators, their shapes and their exact int8 meaning."""
