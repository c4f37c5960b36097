from . import test_intake
from . import test_outbox_claim
from . import test_outbox_results
from . import test_secrets
from . import test_security
from . import test_senders
from . import test_statuses
from . import test_webhook
