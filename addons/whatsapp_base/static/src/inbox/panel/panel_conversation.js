import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { TagsList } from "@web/core/tags_list/tags_list";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useService } from "@web/core/utils/hooks";
import { Many2XAutocomplete } from "@web/views/fields/relational_utils";

import { panelPartProps, panelParts } from "./panel_service";

/** What colleagues say about the conversation: who takes care of it, how urgent it is, tags, and the note on the contact. */
export class PanelConversation extends Component {
    static template = "whatsapp_base.PanelConversation";
    static components = { Many2XAutocomplete, TagsList };
    static props = panelPartProps;

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.inbox = useService("whatsapp.inbox");
        this.root = useRef("root");
        this.addTagLabel = _t("Add tags");
        this.noteRef = useRef("note");
        // what the user is writing; undefined while nobody writes
        this.state = useState({ note: undefined, isSavingNote: false });
        useAutoresize(this.noteRef);
        onWillUnmount(
            this.inbox.register({
                tag: () => this.focusTags(),
            }),
        );
        // who leaves with a note half written keeps it
        onWillUnmount(() => this.saveNote({ isLeaving: true }));
    }

    get conversation() {
        return this.props.data.conversation;
    }

    get rights() {
        return this.props.data.rights;
    }

    async write(values) {
        await this.orm.write("whatsapp.conversation", [this.props.conversationId], values);
        await this.props.reload();
    }

    // ------------------------------------------------------------
    // Priority
    // ------------------------------------------------------------

    get priorities() {
        return [
            { value: "1", label: _t("High") },
            { value: "2", label: _t("Urgent") },
        ];
    }

    get priorityLabel() {
        const { priority } = this.conversation;
        const label = this.priorities.find(({ value }) => value === priority)?.label;
        return _t("Priority: %(priority)s", { priority: label ?? _t("Normal") });
    }

    /** A second click on the same star takes it back. */
    onClickPriority(value) {
        return this.write({ priority: value === this.conversation.priority ? "0" : value });
    }

    // ------------------------------------------------------------
    // Tags
    // ------------------------------------------------------------

    get tags() {
        return this.conversation.tags.map(({ id, name, color }) => ({
            id,
            text: name,
            colorIndex: color,
            onDelete: this.rights.edit_conversation
                ? () => this.write({ tag_ids: [[3, id]] })
                : undefined,
        }));
    }

    /** @returns {boolean} whether there is a field: not for those who may only read */
    focusTags() {
        const input = this.root.el?.querySelector(".o-whatsapp-PanelTags input");
        input?.focus();
        return Boolean(input);
    }

    get tagActions() {
        return { create: this.rights.create_tag, createEdit: false, write: false, link: true };
    }

    get tagDomain() {
        return () => [["id", "not in", this.conversation.tags.map(({ id }) => id)]];
    }

    async onAddTags(records) {
        const ids = (records || []).map(({ id }) => id);
        if (ids.length) {
            await this.write({ tag_ids: ids.map((id) => [4, id]) });
        }
    }

    async createTag(name) {
        const [id] = await this.orm.call("whatsapp.tag", "name_create", [name]);
        await this.write({ tag_ids: [[4, id]] });
    }

    // ------------------------------------------------------------
    // Note
    // ------------------------------------------------------------

    get savedNote() {
        return this.props.data.contact.note;
    }

    onFocusNote() {
        this.noteBefore ??= this.savedNote;
    }

    onInputNote(ev) {
        this.state.note = ev.target.value;
    }

    /** Store what was written, unless a colleague changed the note since: then the user decides. */
    async saveNote({ isLeaving = false, known = this.noteBefore ?? this.savedNote } = {}) {
        const { note } = this.state;
        if (note === undefined || this.state.isSavingNote) {
            return;
        }
        if (note === known) {
            this.forgetNote();
            return;
        }
        this.state.isSavingNote = true;
        const args = [[this.props.data.contact.id], note, known];
        try {
            const theirs = await this.orm.call("whatsapp.contact", "save_note", args);
            if (theirs !== false) {
                this.askAboutNote(theirs);
                return;
            }
        } finally {
            this.state.isSavingNote = false;
        }
        if (!isLeaving) {
            await this.props.reload();
            this.forgetNote();
        }
    }

    askAboutNote(theirs) {
        const { note } = this.state;
        const contactId = this.props.data.contact.id;
        this.dialog.add(ConfirmationDialog, {
            title: _t("A colleague changed the note meanwhile"),
            body: theirs
                ? _t("The note says now: “%(theirs)s”. Replace it with yours?", { theirs })
                : _t("The note was emptied. Store yours?"),
            confirmLabel: _t("Keep mine"),
            cancelLabel: _t("Keep theirs"),
            confirm: async () => {
                await this.orm.call("whatsapp.contact", "save_note", [[contactId], note, theirs]);
                await this.props.reload();
                this.forgetNote();
            },
            cancel: async () => {
                await this.props.reload();
                this.forgetNote();
            },
        });
    }

    forgetNote() {
        this.state.note = undefined;
        this.noteBefore = undefined;
    }

    onKeydownNote(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            ev.target.blur();
        } else if (ev.key === "Escape") {
            ev.stopPropagation();
            this.forgetNote();
            ev.target.value = this.savedNote;
            ev.target.blur();
        }
    }
}

panelParts.add("conversation", { Component: PanelConversation, sequence: 20 });
