# Made by pytorch-server/gen.py from proto/omni/engine/v1/engine.proto. Do not edit.
