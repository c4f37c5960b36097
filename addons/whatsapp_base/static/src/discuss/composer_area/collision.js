import { htmlToTextContentInline } from "@mail/utils/common/format";

import { _t } from "@web/core/l10n/translation";

/**
 * Whether a colleague has answered the customer since the user began to write.
 *
 * @param {import("models").Thread} thread
 * @param {import("models").Composer} composer
 * @returns {{name: string, text: string}|undefined}
 */
export function collisionOf(thread, composer) {
    if (composer.whatsappSince === undefined) {
        return undefined;
    }
    const newer = thread.persistentMessages.filter(
        (message) =>
            message.id > composer.whatsappSince &&
            message.whatsapp_status &&
            message.author &&
            !message.isSelfAuthored,
    );
    const last = newer.at(-1);
    if (!last) {
        return undefined;
    }
    const words = htmlToTextContentInline(last.body).trim();
    return {
        name: last.authorName,
        text: words
            ? _t("“%s” Do you want to send yours as well?", words.slice(0, 200))
            : _t("A file was sent. Do you want to send yours as well?"),
    };
}
