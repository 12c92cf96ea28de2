"""Answers are held against the OpenAPI document here, too."""
import importlib.util
import pathlib

spec = importlib.util.spec_from_file_location("api_conftest", pathlib.Path(__file__).parent.parent / "api" / "conftest.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
contracts = module.contracts
