import { ComposerAreaActions } from "@whatsapp_base/discuss/composer_area/composer_actions";
import { MARKS } from "@whatsapp_base/discuss/composer_area/formatting";

import { Component, toRaw } from "@odoo/owl";

import { isMacOS } from "@web/core/browser/feature_detection";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { toggleMark } from "./formatting";

/**
 * Above the text field: to whom one writes, and what can be put in.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class WhatsappComposerBar extends Component {
    static template = "whatsapp_base.ComposerBar";
    static components = { ComposerAreaActions, Dropdown, DropdownItem };
    static props = { thread: Object };

    setup() {
        this.ui = useService("ui");
    }

    get composer() {
        return this.props.thread.composer;
    }

    get mode() {
        return this.props.thread.whatsappMode;
    }

    get modes() {
        const texts = {
            reply: { icon: "fa-reply", label: _t("Reply"), title: _t("Write to the customer") },
            template: {
                icon: "fa-file-text-o",
                label: _t("Template"),
                title: _t("Send an approved template"),
            },
            later: {
                icon: "fa-hourglass-half",
                label: _t("When they answer"),
                title: _t("Write a text that is sent when the customer writes again"),
            },
            note: {
                icon: "fa-lock",
                label: _t("Note"),
                title: _t("Write to colleagues only (Alt+N)"),
            },
        };
        return this.props.thread.whatsappModes.map((id) => ({ id, ...texts[id] }));
    }

    get hasText() {
        return ["reply", "later"].includes(this.mode);
    }

    get marks() {
        const key = isMacOS() ? "⌘" : "Ctrl+";
        return [
            { id: "bold", icon: "fa-bold", label: _t("Bold"), keys: `${key}B` },
            { id: "italic", icon: "fa-italic", label: _t("Italic"), keys: `${key}I` },
            {
                id: "strike",
                icon: "fa-strikethrough",
                label: _t("Struck through"),
                keys: `${key}⇧X`,
            },
            { id: "mono", icon: "fa-code", label: _t("Monospaced"), keys: `${key}⇧M` },
        ];
    }

    onClickMode(id) {
        this.composer.setWhatsappMode(id);
    }

    /** Left and right go from mode to mode, as between tabs. */
    onKeydownMode(ev) {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[ev.key];
        if (!step) {
            return;
        }
        ev.preventDefault();
        const buttons = [...ev.currentTarget.querySelectorAll("button")];
        const next = buttons[buttons.indexOf(ev.target) + step];
        next?.focus();
    }

    onClickMark(id) {
        const composer = toRaw(this.composer);
        const { start, end } = composer.selection;
        const result = toggleMark(composer.composerText, start, end, MARKS[id].mark);
        composer.composerText = result.text;
        Object.assign(composer.selection, { start: result.start, end: result.end });
        composer.forceCursorMove = true;
        composer.autofocus++;
    }
}
