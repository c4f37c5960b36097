import { _t } from "@web/core/l10n/translation";

const MEGABYTE = 1024 * 1024;
const PHOTOS = ["image/jpeg", "image/jpg", "image/png"];
/** Pictures that the server can make a JPEG of. */
const CONVERTED = ["image/webp", "image/bmp", "image/gif"];
const PLAYED = ["video/mp4", "video/3gpp"];
const HEARD = ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/ogg"];
const OPUS = ["audio/ogg", "audio/webm", "video/webm"];

/**
 * @param {Object} attachment
 * @returns {boolean} whether it could go out as a sticker
 */
export function canBeSticker({ mimetype }) {
    return [...PHOTOS, ...CONVERTED].includes(mimetype);
}

/**
 * What becomes of a file on its way to WhatsApp, where that is not what one expects. The server decides in the same way
 * (`whatsapp.conversation._media_plan`).
 *
 * @param {Object} attachment
 * @param {boolean} canConvertVoice whether the server has a converter
 * @returns {string|undefined}
 */
export function planOf({ mimetype = "", file_size: size = 0, voice }, canConvertVoice) {
    if (voice) {
        return OPUS.includes(mimetype) || canConvertVoice
            ? undefined
            : _t("goes as a sound file: this browser cannot record voice messages");
    }
    if (PHOTOS.includes(mimetype)) {
        return size > 5 * MEGABYTE ? _t("is made smaller: WhatsApp takes 5 MB") : undefined;
    }
    if (mimetype === "image/gif") {
        return _t("goes as a picture, or as a document if it moves");
    }
    if (CONVERTED.includes(mimetype)) {
        return _t("goes as JPEG or PNG");
    }
    if (/^(image|audio|video)\//.test(mimetype)) {
        const isKnown = PLAYED.includes(mimetype) || HEARD.includes(mimetype);
        if (!isKnown) {
            return _t("goes as a document: WhatsApp cannot show this kind of file");
        }
        if (size > 16 * MEGABYTE) {
            return _t("goes as a document: it has more than 16 MB");
        }
    }
    return undefined;
}
