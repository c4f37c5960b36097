import { describe, expect, test } from "@odoo/hoot";

import { makeMockEnv } from "@web/../tests/web_test_helpers";

import { formatDuration } from "@whatsapp_base/backend/duration/duration";

describe.current.tags("headless");

test("seconds are written as people read them", async () => {
    await makeMockEnv(); // texts are translated
    const cases = [
        [0, "0 s"], [45, "45 s"], [59.4, "59 s"], [60, "1 min"], [754, "13 min"], [3570, "1 h 00"], [3599, "1 h 00"],
        [11100, "3 h 05"], [86400, "1 d"], [187200, "2 d 4 h"], [-90, "-2 min"], [false, ""], [null, ""],
    ]; // prettier-ignore
    for (const [seconds, text] of cases) {
        expect(formatDuration(seconds)).toBe(text);
    }
});
