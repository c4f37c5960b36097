from . import test_sms_fallback
