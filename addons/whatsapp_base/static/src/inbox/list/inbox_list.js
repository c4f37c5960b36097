import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useService } from "@web/core/utils/hooks";

import { InboxHeader } from "./inbox_header";
import { InboxHelpDialog } from "./inbox_help_dialog";
import { InboxRow } from "./inbox_row";
import { countText } from "./inbox_views";

const { DateTime } = luxon;
/** How close (px) to its end the list is scrolled before the next page is loaded. */
const LOAD_BEFORE = 600;
const MINUTE = 60 * 1000;

/** The list of conversations, with keyboard, marks and what can be done to what is marked. */
export class InboxList extends Component {
    static template = "whatsapp_base.InboxList";
    static components = { InboxHeader, InboxRow };
    static props = {};

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.dialog = useService("dialog");
        this.macros = useService("whatsapp.macros");
        this.ui = useService("ui");
        this.scrollRef = useRef("scroll");
        this.clock = useState({ now: DateTime.now() });
        this.countText = countText;
        this.skeleton = [72, 55, 64, 48, 80, 60, 70, 52];
        onWillStart(() => {
            // not awaited: the screen is there before its data
            this.inbox.rows.load();
            this.inbox.rows.loadCounts();
        });
        onMounted(() => {
            this.timer = browser.setInterval(() => (this.clock.now = DateTime.now()), MINUTE);
        });
        onWillUnmount(() => browser.clearInterval(this.timer));
        this.setupKeyboard();
        useEffect(
            () => this.showRow(this.rows.cursorId),
            () => [this.rows.cursorId],
        );
        useEffect(
            () => this.showRow(this.inbox.activeId),
            () => [this.inbox.activeId],
        );
        useEffect(
            () => this.loadIfShort(),
            () => [this.rows.sections, this.rows.sections[0]?.rows.length],
        );
    }

    get rows() {
        return this.inbox.rows;
    }

    get selection() {
        return this.inbox.rows.selection;
    }

    get isEmpty() {
        return this.rows.isLoaded && this.rows.sections.every((section) => !section.rows.length);
    }

    get isEmptyShown() {
        return this.isEmpty && (!this.rows.query.group_by || !this.rows.sections.length);
    }

    // ------------------------------------------------------------
    // Keyboard
    // ------------------------------------------------------------

    setupKeyboard() {
        const keys = {
            j: () => this.moveCursor(1),
            k: () => this.moveCursor(-1),
            r: () => this.replyTo(this.rows.cursorId || this.inbox.activeId),
            a: () => this.inbox.actions.assign(),
            e: () => this.inbox.actions.resolve(),
            s: () => this.inbox.actions.snooze(),
            t: () => this.inbox.tag(),
            p: () => this.inbox.actions.setPriority(),
            x: () => this.markCursor(),
        };
        for (const [key, action] of Object.entries(keys)) {
            useHotkey(key, action, {
                allowRepeat: key === "j" || key === "k",
                isAvailable: (target) => !isInMenu(target),
            });
        }
        useHotkey("enter", () => this.openCursor(), {
            // buttons and links keep their Enter
            isAvailable: (target) =>
                Boolean(this.rows.cursorId) && !isInMenu(target) && !target.closest?.("a, button"),
        });
        useHotkey("escape", () => this.selection.clear(), {
            isAvailable: (target) => this.selection.size > 0 && !isInMenu(target),
        });
        // Odoo's hotkeys know letters only
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
    }

    onKeydown(ev) {
        const isModified = ev.ctrlKey || ev.altKey || ev.metaKey;
        if (isModified || isEditable(ev.target) || isInMenu(ev.target)) {
            return;
        }
        if (this.ui.activeElement !== document || this.ui.isBlocked) {
            return;
        }
        if (ev.key === "/") {
            ev.preventDefault();
            this.inbox.focusSearch();
        } else if (ev.key === "?") {
            ev.preventDefault();
            this.openHelp();
        }
    }

    openHelp() {
        this.dialog.add(InboxHelpDialog);
    }

    /** Whoever walks through the list has done with the button that they pressed before: Enter is the list's from now on. */
    moveCursor(step) {
        document.activeElement?.blur();
        this.rows.moveCursor(step, this.inbox.activeId);
    }

    openCursor() {
        const id = this.rows.cursorId;
        this.rows.cursorId = false;
        return this.inbox.open(id);
    }

    replyTo(id) {
        this.rows.cursorId = false;
        return this.inbox.open(id, { focus: true });
    }

    markCursor() {
        const id = this.rows.cursorId || this.inbox.activeId;
        if (id) {
            this.onMark(id);
        }
    }

    showRow(id) {
        if (id) {
            const row = this.scrollRef.el?.querySelector(`[data-id="${id}"]`);
            row?.scrollIntoView({ block: "nearest" });
        }
    }

    // ------------------------------------------------------------
    // Mouse and finger
    // ------------------------------------------------------------

    onOpen(id) {
        this.rows.cursorId = false;
        const messageId = this.rows.get(id)?.match?.message_id || undefined;
        this.inbox.open(id, { focus: !this.ui.isSmall, messageId });
    }

    onMark(id, options = {}) {
        this.selection.toggle(id, { ...options, shown: this.rows.shown.map((row) => row.id) });
    }

    markAll() {
        this.selection.selectAll(this.rows.shown.map((row) => row.id));
    }

    get canMarkWholeView() {
        const { shown, sections } = this.rows;
        return (
            !this.selection.isWholeView &&
            sections.some((section) => section.after !== false) &&
            this.selection.size >= shown.length
        );
    }

    onScroll() {
        const el = this.scrollRef.el;
        const section = this.rows.sections[0];
        if (
            !this.rows.query.group_by &&
            section &&
            el.scrollTop + el.clientHeight > el.scrollHeight - LOAD_BEFORE
        ) {
            this.rows.loadMore(section);
        }
    }

    /** A page that does not fill the screen cannot be scrolled. */
    loadIfShort() {
        const el = this.scrollRef.el;
        if (el && el.clientHeight && el.scrollHeight <= el.clientHeight + LOAD_BEFORE / 2) {
            this.onScroll();
        }
    }
}

function isEditable(target) {
    return (
        target instanceof HTMLElement &&
        (target.isContentEditable ||
            (/^(input|textarea|select)$/i.test(target.tagName) &&
                !target.matches("input[type=checkbox], input[type=radio]")))
    );
}

/** Menus and popovers have keys of their own. */
function isInMenu(target) {
    return Boolean(target.closest?.(".o-dropdown--menu, .o_popover"));
}
