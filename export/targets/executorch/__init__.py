"""ExecuTorch programs (`.pte`) for XNNPACK, by executorch."""

from skinseg_mobile.export.targets.executorch.convert import ExecutorchExporter

EXPORTER = ExecutorchExporter()
