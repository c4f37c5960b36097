import { Attachment } from "@mail/core/common/attachment_model";
import { Composer } from "@mail/core/common/composer";
import { WhatsappAttachmentNotice } from "@whatsapp_base/discuss/attachment_notice/attachment_notice";
import { opusType, useOpusRecorder } from "@whatsapp_base/discuss/voice/opus_recorder";

import { patch } from "@web/core/utils/patch";

Composer.components = { ...Composer.components, WhatsappAttachmentNotice };

// Customers get real voice messages: Opus instead of Discuss's MP3, where the browser can record it
patch(Composer.prototype, {
    setup() {
        super.setup(...arguments);
        const mp3Recorder = this.voiceRecorder;
        const opusRecorder = useOpusRecorder();
        // not enumerable: owl copies what is, and could not write it
        Object.defineProperty(this, "voiceRecorder", {
            enumerable: false,
            get: () => (this.thread?.isWhatsapp && opusType() ? opusRecorder : mp3Recorder),
        });
    },
});

patch(Attachment.prototype, {
    setup() {
        super.setup(...arguments);
        /** Whether the agent wants to send it as a sticker. */
        this.isWhatsappSticker = false;
    },
    // a document's own file as well: it is what the customer got
    get isDeletable() {
        const { message } = this;
        if (message?.whatsapp_status || (message?.thread?.isWhatsapp && !message.isNote)) {
            return false;
        }
        return super.isDeletable;
    },
});
