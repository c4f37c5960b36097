import { Composer } from "@mail/core/common/composer";
import { SuggestionService } from "@mail/core/common/suggestion_service";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// Where the words go must be plain before they are written
patch(Composer.prototype, {
    get placeholder() {
        if (!this.props.placeholder && this.thread?.isWhatsapp) {
            return _t("Message to %(name)s on WhatsApp", { name: this.thread.displayName });
        }
        return super.placeholder;
    },
});

// Colleagues and channels cannot be called in what the customer reads; canned responses and emojis stay
patch(SuggestionService.prototype, {
    getSupportedDelimiters(thread) {
        const delimiters = super.getSupportedDelimiters(...arguments);
        return thread?.isWhatsapp
            ? delimiters.filter(([sign]) => !["@", "#", "/"].includes(sign))
            : delimiters;
    },
});
