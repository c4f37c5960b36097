import { AttachmentList } from "@mail/core/common/attachment_list";

import { humanSize } from "@web/core/utils/binary";
import { patch } from "@web/core/utils/patch";

const VIDEO_TYPES = ["video/mp4", "video/webm"];
const AUDIO_TYPES = ["audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg"];

// Files of customers are played where they stand, and say how big they are before somebody opens them
patch(AttachmentList.prototype, {
    /** @returns {"video"|"audio"|undefined} how a file of a WhatsApp conversation is played */
    whatsappPlayer(attachment) {
        if (!attachment.thread?.isWhatsapp || !this.env.inMessage || attachment.voice) {
            return undefined;
        }
        if (VIDEO_TYPES.includes(attachment.mimetype)) {
            return "video";
        }
        return AUDIO_TYPES.includes(attachment.mimetype) ? "audio" : undefined;
    },
    whatsappSource(attachment) {
        return attachment.defaultSource;
    },
    whatsappSize(attachment) {
        if (!attachment.thread?.isWhatsapp || !attachment.file_size) {
            return "";
        }
        return humanSize(attachment.file_size);
    },
});
