import { Component, onWillUpdateProps, useState } from "@odoo/owl";

import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { useService } from "@web/core/utils/hooks";
import { humanSize } from "@web/core/utils/binary";
import { url } from "@web/core/utils/urls";

import { PanelFold } from "./panel_fold";
import { formatDay } from "./panel_format";
import { panelPartProps, panelParts } from "./panel_service";

/** Files that were shared in the thread: pictures as such, the rest by name; older ones on demand. */
export class PanelFiles extends Component {
    static template = "whatsapp_base.PanelFiles";
    static components = { PanelFold };
    static props = panelPartProps;

    setup() {
        this.orm = useService("orm");
        this.store = useService("mail.store");
        this.viewer = useFileViewer();
        this.formatDay = formatDay;
        this.humanSize = humanSize;
        this.state = useState({
            older: [],
            hasMore: this.props.data.files.has_more,
            isBusy: false,
        });
        onWillUpdateProps(({ data }) => {
            if (!this.state.older.length) {
                this.state.hasMore = data.files.has_more;
            }
        });
    }

    get files() {
        const newest = this.props.data.files.files;
        const known = new Set(newest.map(({ id }) => id));
        return [...newest, ...this.state.older.filter(({ id }) => !known.has(id))];
    }

    get pictures() {
        return this.files.filter((file) => file.has_thumbnail);
    }

    get others() {
        return this.files.filter((file) => !file.has_thumbnail);
    }

    thumbnail(file) {
        return url(`/web/image/${file.id}/160x160`, { unique: file.checksum });
    }

    download(file) {
        return url(`/web/content/${file.id}`, { download: true });
    }

    icon(file) {
        const kinds = {
            audio: "fa-file-audio-o",
            video: "fa-file-video-o",
            text: "fa-file-text-o",
        };
        if (file.mimetype === "application/pdf") {
            return "fa-file-pdf-o";
        }
        return kinds[file.mimetype.split("/")[0]] ?? "fa-file-o";
    }

    onClickFile(ev, file) {
        const attachments = this.files.map(({ id, name, mimetype, checksum }) =>
            this.store["ir.attachment"].insert({ id, name, mimetype, checksum }),
        );
        const attachment = attachments.find(({ id }) => id === file.id);
        if (attachment.isViewable) {
            ev.preventDefault();
            this.viewer.open(attachment, attachments);
        }
    }

    async onClickMore() {
        this.state.isBusy = true;
        try {
            const { files, has_more: hasMore } = await this.orm.call(
                "whatsapp.conversation",
                "inbox_panel_files",
                [[this.props.conversationId]],
                { before: this.files.at(-1).id },
            );
            this.state.older.push(...files);
            this.state.hasMore = hasMore;
        } finally {
            this.state.isBusy = false;
        }
    }
}

panelParts.add("files", {
    Component: PanelFiles,
    sequence: 50,
    isShown: (data) => data.files.files.length > 0,
});
