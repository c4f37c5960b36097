import { onMounted, onWillUnmount } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import {
    ProgressBarField,
    progressBarField,
} from "@web/views/fields/progress_bar/progress_bar_field";

const EVERY = 5000;

/** The progress of what works in the background: as long as it is shown, its record is read again every few seconds. */
export class LiveProgressField extends ProgressBarField {
    setup() {
        super.setup();
        onMounted(() => (this.poll = browser.setInterval(() => this.readAgain(), EVERY)));
        onWillUnmount(() => browser.clearInterval(this.poll));
    }

    /** Not while nobody looks, and never over what somebody is changing. */
    readAgain() {
        const { record } = this.props;
        if (document.visibilityState !== "hidden" && !record.dirty) {
            record.load();
        }
    }
}

registry.category("fields").add("whatsapp_live_progress", {
    ...progressBarField,
    component: LiveProgressField,
    displayName: _t("Live Progress"),
});
