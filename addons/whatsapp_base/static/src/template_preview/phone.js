import { Component, markup, useState } from "@odoo/owl";

import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** Kind of button -> its icon. */
const BUTTON_ICONS = {
    CALL_PERMISSION_REQUEST: "fa-phone",
    CATALOG: "fa-shopping-bag",
    COPY_CODE: "fa-clone",
    FLOW: "fa-list-alt",
    MPM: "fa-shopping-bag",
    OTP: "fa-clone",
    PHONE_NUMBER: "fa-phone",
    QUICK_REPLY: "fa-reply",
    REQUEST_CONTACT_INFO: "fa-user",
    SPM: "fa-shopping-bag",
    URL: "fa-external-link",
    VOICE_CALL: "fa-phone",
};
const FILE_ICONS = {
    document: "fa-file-text-o",
    gif: "fa-film",
    image: "fa-picture-o",
    location: "fa-map-marker",
    product: "fa-shopping-bag",
    video: "fa-play-circle",
};
/** WhatsApp shows up to this many buttons; with more, all but the first two are behind "See all options". */
const SHOWN_BUTTONS = 3;

/** The picture, video, document, place or text on top of a template or card. */
export class WhatsappPhoneHeader extends Component {
    static template = "whatsapp_base.PhoneHeader";
    static props = { header: Object };

    get icon() {
        return FILE_ICONS[this.props.header.kind];
    }

    get label() {
        return {
            document: _t("Document"),
            gif: _t("Animation"),
            image: _t("Image"),
            location: _t("Location"),
            product: _t("Product"),
            video: _t("Video"),
        }[this.props.header.kind];
    }

    get html() {
        return markup(this.props.header.html || "");
    }

    get isShown() {
        return this.props.header.url && ["image", "video", "gif"].includes(this.props.header.kind);
    }
}

/** The buttons below a bubble or card. */
export class WhatsappPhoneButtons extends Component {
    static template = "whatsapp_base.PhoneButtons";
    static props = { buttons: Array };

    setup() {
        this.state = useState({ isExpanded: false });
    }

    get isFolded() {
        return this.props.buttons.length > SHOWN_BUTTONS && !this.state.isExpanded;
    }

    get shown() {
        return this.isFolded ? this.props.buttons.slice(0, SHOWN_BUTTONS - 1) : this.props.buttons;
    }

    icon(button) {
        return BUTTON_ICONS[button.kind] || "fa-hand-pointer-o";
    }
}

/**
 * A template as the customer sees it on the phone.
 *
 * The server sends what to draw (``cloud_api/template_preview.py``); its HTML is made there from escaped text.
 *
 * @typedef {Object} Props
 * @property {boolean} [isCompact] only the message, without the phone around it
 * @property {Object} value business, rtl, header, body, footer, offer, buttons, cards; state of the message, if any
 * @extends {Component<Props, Env>}
 */
export class WhatsappPhone extends Component {
    static template = "whatsapp_base.Phone";
    static components = { WhatsappPhoneButtons, WhatsappPhoneHeader };
    static props = { value: Object, isCompact: { type: Boolean, optional: true } };

    setup() {
        this.state = useState({ isDark: cookie.get("color_scheme") === "dark" });
    }

    get time() {
        return DateTime.now().toLocaleString(DateTime.TIME_SIMPLE);
    }

    get isEmpty() {
        const { header, body, buttons, cards } = this.props.value;
        return !header && !body && !buttons?.length && !cards?.length;
    }

    get dir() {
        return this.props.value.rtl ? "rtl" : "ltr";
    }

    get initial() {
        return (this.props.value.business || "?").trim().charAt(0).toUpperCase();
    }

    get toggleTitle() {
        return this.state.isDark ? _t("Show it in light mode") : _t("Show it in dark mode");
    }

    html(text) {
        return markup(text || "");
    }

    onClickToggle() {
        this.state.isDark = !this.state.isDark;
    }
}
