"""The page of an exported model: answers for images in a browser, without a server or a network.

`runtime/` holds ONNX Runtime Web and its licences, as `tools/web_runtime.py` brought them.
"""
