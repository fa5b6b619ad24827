"""Receipts, verified by computing their figures once more from the files: nothing here knows how the service counts."""

from evalserve.verification.verifying import Verification, verify

__all__ = ["Verification", "verify"]
