import { WhatsappPhone } from "@whatsapp_base/template_preview/phone";

import { Component, onWillStart, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { Dialog } from "@web/core/dialog/dialog";
import { FileInput } from "@web/core/file_input/file_input";
import { _t } from "@web/core/l10n/translation";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import {
    builderKinds,
    emptyButton,
    emptyCard,
    emptyItems,
    emptyRow,
    emptySection,
    LIMITS,
    readCoordinates,
} from "./builder_kinds";
import { WhatsappCountedInput } from "./counted_input";

const PREVIEW_DELAY = 250;
/** Values that a part of the form shows with their problem. */
const PART_FIELDS = ["latitude", "longitude", "retailer_id"];

/**
 * Makes a message with buttons, a list, a place, people or items, and sends it. What is written stays in the browser
 * until it is sent: closing the dialog by mistake loses nothing.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @property {function(): void} close
 * @property {number} [replyTo] ID of the message that is quoted
 * @property {function(): void} [onSent]
 * @extends {Component<Props, Env>}
 */
export class WhatsappMessageBuilder extends Component {
    static template = "whatsapp_base.MessageBuilder";
    static components = {
        Dialog,
        FileInput,
        MultiRecordSelector,
        RecordSelector,
        WhatsappCountedInput,
        WhatsappPhone,
    };
    static props = {
        thread: Object,
        close: Function,
        replyTo: { type: Number, optional: true },
        onSent: { type: Function, optional: true },
    };

    // labels of repeated inputs
    answerLabel = _t("Answer");
    sectionLabel = _t("Section");
    choiceLabel = _t("Choice");
    descriptionLabel = _t("Description");
    coordinatesLabel = _t("Coordinates, or the address of a map");
    contactPlaceholder = _t("Address of a contact…");
    peoplePlaceholder = _t("Name, e-mail or phone…");
    itemLabel = _t("Content ID of the item");
    itemsLabel = _t("Content IDs of the items, one a line");
    cardLabel = _t("Card");
    pictureLabel = _t("Or the address of a picture");
    textLabel = _t("Text");
    buttonLabel = _t("Button");
    pageLabel = _t("Web page");

    setup() {
        this.orm = useService("orm");
        this.limits = LIMITS;
        this.kinds = builderKinds();
        const draft = this.loadDraft();
        this.state = useState({
            kindId: draft.kindId,
            drafts: draft.drafts,
            phone: false,
            sections: [],
            problem: false,
            error: "",
            showsProblem: false,
            isSending: false,
            isLocating: false,
            catalogId: "",
            canSearch: false,
            found: [],
            coordinates: "",
        });
        // one message, however often it has to be tried
        this.once = `builder-${crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`}`;
        this.keepLast = new KeepLast();
        this.updatePreview = useDebounced(() => this.fetchPreview(), PREVIEW_DELAY);
        this.saveSoon = useDebounced(() => this.saveDraft(), PREVIEW_DELAY, {
            execBeforeUnmount: true,
        });
        this.searchItems = useDebounced((term) => this.fetchItems(term), PREVIEW_DELAY);
        onWillStart(async () => {
            const settings = await this.call("builder_settings");
            this.state.catalogId = settings.catalog_id;
            this.state.canSearch = settings.can_search_products;
            this.prepareKind();
            await this.fetchPreview();
        });
    }

    // ------------------------------------------------------------
    // Values
    // ------------------------------------------------------------

    get conversation() {
        return this.props.thread.whatsapp_conversation_id;
    }

    get title() {
        return _t("Message to %(name)s", { name: this.conversation.name });
    }

    get kind() {
        return this.kinds.find(({ id }) => id === this.state.kindId);
    }

    get values() {
        return this.state.drafts[this.state.kindId];
    }

    /** Whether the chosen kind needs a catalogue that the account does not have. */
    get lacksCatalog() {
        return Boolean(this.kind.needsCatalog && !this.state.catalogId);
    }

    /** What is sent: without rows and buttons that were left empty. */
    get cleanValues() {
        const values = JSON.parse(JSON.stringify(this.values));
        if (values.file) {
            values.header = { attachment_id: values.file.id };
        }
        delete values.file;
        for (const card of values.cards ?? []) {
            if (card.file) {
                card.attachment_id = card.file.id;
                delete card.link;
            }
            delete card.file;
        }
        if (values.buttons) {
            values.buttons = values.buttons.filter(({ title }) => title.trim());
        }
        for (const section of values.sections ?? []) {
            if (section.rows) {
                section.rows = section.rows.filter(
                    ({ title, description }) => title.trim() || description.trim(),
                );
            }
        }
        if (values.sections) {
            values.sections = values.sections.filter(
                ({ rows, retailer_ids: items }) => (rows ?? items).length,
            );
        }
        return values;
    }

    get draftKey() {
        return `whatsapp_base.builder.${this.conversation.id}`;
    }

    loadDraft() {
        const nothing = { kindId: "buttons", drafts: {} };
        try {
            const draft = JSON.parse(browser.sessionStorage.getItem(this.draftKey)) ?? nothing;
            return this.kinds.some(({ id }) => id === draft.kindId) ? draft : nothing;
        } catch {
            return nothing;
        }
    }

    saveDraft() {
        const { kindId, drafts } = this.state;
        browser.sessionStorage.setItem(this.draftKey, JSON.stringify({ kindId, drafts }));
    }

    prepareKind() {
        if (!this.values) {
            this.state.drafts[this.state.kindId] = this.kind.start();
        }
        const { latitude, longitude } = this.values;
        this.state.coordinates =
            latitude === undefined || latitude === "" ? "" : `${latitude}, ${longitude}`;
    }

    onClickKind(kindId) {
        this.state.kindId = kindId;
        this.state.error = "";
        this.state.showsProblem = false;
        this.state.found = [];
        this.prepareKind();
        this.onChange();
    }

    set(target, name, value) {
        target[name] = value;
        this.onChange();
    }

    onChange() {
        this.state.error = "";
        this.saveSoon();
        this.updatePreview();
    }

    /** @returns {string|undefined} what is wrong with a value, once the agent has tried to send */
    problemOf(name) {
        const { problem, showsProblem } = this.state;
        if (showsProblem && problem && problem.field === name) {
            return problem.text;
        }
        return undefined;
    }

    /** @returns {string} a problem that no field of the form shows */
    get otherProblem() {
        const { error, problem, showsProblem } = this.state;
        if (error) {
            return error;
        }
        const shown = [...this.kind.fields.map(({ name }) => name), ...PART_FIELDS];
        const isShown = shown.includes(problem?.field);
        return showsProblem && problem && !isShown ? problem.text : "";
    }

    // ------------------------------------------------------------
    // Parts
    // ------------------------------------------------------------

    /** The title gives way to a file, and comes back without it. */
    get fields() {
        return this.kind.fields.filter(({ name }) => name !== "header" || !this.values.file);
    }

    /**
     * @param {Object[]} files as uploaded
     * @param {Object} [target] whose file it is: the message's, or a card's
     */
    onFile([file], target = this.values) {
        if (!file || file.error) {
            this.state.error = file?.error || _t("The file could not be uploaded. Try again.");
            return;
        }
        this.set(target, "file", { id: file.id, name: file.filename });
    }

    addButton() {
        this.values.buttons.push(emptyButton());
        this.onChange();
    }

    addSection() {
        this.values.sections.push(this.kind.part === "items" ? emptyItems() : emptySection());
        this.onChange();
    }

    addRow(section) {
        section.rows.push(emptyRow());
        this.onChange();
    }

    addCard() {
        this.values.cards.push(emptyCard());
        this.onChange();
    }

    remove(list, index) {
        list.splice(index, 1);
        this.onChange();
    }

    get rowCount() {
        return this.values.sections.reduce((count, { rows }) => count + rows.length, 0);
    }

    onItemsInput(section, text) {
        section.retailer_ids = text.split(/[\n,;]/).map((id) => id.trim());
        this.onChange();
    }

    async fetchItems(term) {
        this.state.found = term.trim() ? await this.call("builder_products", [term]) : [];
    }

    onClickItem(retailerId) {
        if (this.kind.id === "product") {
            this.values.retailer_id = retailerId;
        } else {
            const items = this.values.sections.at(-1).retailer_ids;
            items.splice(0, items.length, ...new Set([...items.filter(Boolean), retailerId]));
        }
        this.state.found = [];
        this.onChange();
    }

    onPeople(partnerIds) {
        this.set(this.values, "partner_ids", partnerIds);
    }

    onCoordinates(text) {
        this.state.coordinates = text;
        const { latitude = "", longitude = "" } = readCoordinates(text) ?? {};
        Object.assign(this.values, { latitude, longitude });
        this.onChange();
    }

    async usePlaceOf(partnerId) {
        const place = await this.call("builder_place", partnerId ? [partnerId] : []);
        this.values.name = place.name;
        this.values.address = place.address;
        if (place.latitude === false) {
            this.onCoordinates("");
            this.state.error = _t(
                "Odoo does not know where %(name)s is. Paste the coordinates, or the address of a map.",
                { name: place.name },
            );
        } else {
            this.onCoordinates(`${place.latitude}, ${place.longitude}`);
        }
    }

    useMyPlace() {
        this.state.isLocating = true;
        browser.navigator.geolocation.getCurrentPosition(
            ({ coords }) => {
                this.state.isLocating = false;
                this.onCoordinates(`${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`);
            },
            () => {
                this.state.isLocating = false;
                this.state.error = _t(
                    "The browser did not tell where you are. Allow it for this site, or paste the coordinates.",
                );
            },
            { timeout: 10000 },
        );
    }

    get canLocate() {
        return Boolean(browser.navigator.geolocation);
    }

    // ------------------------------------------------------------
    // Server
    // ------------------------------------------------------------

    call(method, args = [], kwargs = {}) {
        return this.orm.silent.call(
            "whatsapp.conversation",
            method,
            [[this.conversation.id], ...args],
            kwargs,
        );
    }

    async fetchPreview() {
        const { phone, problem } = await this.keepLast.add(
            this.call("builder_preview", [this.kind.id, this.cleanValues]),
        );
        this.state.problem = problem;
        if (phone) {
            this.state.phone = phone;
            this.state.sections = phone.sections;
        }
        if (!problem) {
            this.state.showsProblem = false;
        }
    }

    async onClickSend() {
        if (this.state.isSending) {
            return;
        }
        this.state.isSending = true;
        this.state.error = "";
        try {
            await this.fetchPreview();
            if (this.state.problem) {
                this.state.showsProblem = true;
                return;
            }
            await this.call("send_message", [this.kind.id, this.cleanValues], {
                once: this.once,
                reply_to: this.props.replyTo ?? false,
            });
        } catch (error) {
            this.state.error =
                error.data?.message ||
                _t(
                    "It was not sent: the server could not be reached. Try again; nothing is sent twice.",
                );
            return;
        } finally {
            this.state.isSending = false;
        }
        this.state.drafts[this.kind.id] = this.kind.start();
        this.saveDraft();
        this.saveSoon.cancel();
        this.updatePreview.cancel();
        this.props.onSent?.();
        this.props.close();
    }
}
