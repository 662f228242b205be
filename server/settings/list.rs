//! Every setting, in one list: files, environment, editor and documentation take their names from here.

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Key in the files and in the editor's options.
    pub key: &'static str,
    /// Environment variable.
    pub env: &'static str,
    /// Value when nobody sets it; empty for none.
    pub default: &'static str,
    /// True when a project's file may set it. Whatever names a program or a folder with code may not: a cloned
    /// repository must not choose what this machine runs.
    pub from_project: bool,
    /// What it is for.
    pub doc: &'static str,
}

/// The list.
pub const SETTINGS: [Setting; 17] = [
    Setting {
        key: "root",
        env: "TT_JUKEBOX_ROOT",
        default: "/",
        from_project: false,
        doc: "Directory that stands in front of /sys, /proc and /dev.",
    },
    Setting {
        key: "facts",
        env: "TT_JUKEBOX_FACTS",
        default: "",
        from_project: false,
        doc: "File with recorded facts (`probe --raw`) to use in place of this host.",
    },
    Setting {
        key: "simulate",
        env: "TT_JUKEBOX_SIMULATE",
        default: "",
        from_project: true,
        doc: "Name of a box to simulate, for example n150.",
    },
    Setting {
        key: "smi",
        env: "TT_JUKEBOX_SMI",
        default: "",
        from_project: false,
        doc: "File with a saved snapshot (`tt-smi -s`) to use in place of this host.",
    },
    Setting {
        key: "catalog",
        env: "TT_JUKEBOX_CATALOG",
        default: "",
        from_project: false,
        doc: "Published spec file, or a folder of them, in place of the bundled catalog.",
    },
    Setting {
        key: "catalog_url",
        env: "TT_JUKEBOX_CATALOG_URL",
        default: "https://raw.githubusercontent.com/tenstorrent/tt-inference-server",
        from_project: false,
        doc: "Address, or mirror, of the repository that the spec files are fetched from.",
    },
    Setting {
        key: "catalog_updates",
        env: "TT_JUKEBOX_CATALOG_UPDATES",
        default: "on",
        from_project: false,
        doc: "Whether to look for newer spec files once an hour: on or off.",
    },
    Setting {
        key: "tt_smi",
        env: "TT_JUKEBOX_TT_SMI",
        default: "",
        from_project: false,
        doc: "Path of tt-smi, where it is not on PATH.",
    },
    Setting {
        key: "metal_home",
        env: "TT_JUKEBOX_METAL_HOME",
        default: "~/tt-metal",
        from_project: false,
        doc: "Checkout of tt-metal.",
    },
    Setting {
        key: "vllm_home",
        env: "TT_JUKEBOX_VLLM_HOME",
        default: "~/tt-vllm",
        from_project: false,
        doc: "Checkout of vLLM.",
    },
    Setting {
        key: "environments",
        env: "TT_JUKEBOX_ENVIRONMENTS",
        default: "",
        from_project: false,
        doc: "Folder of the environments that `setup` makes; without it tt-jukebox/environments in the data folder.",
    },
    Setting {
        key: "metal_url",
        env: "TT_JUKEBOX_METAL_URL",
        default: "https://github.com/tenstorrent/tt-metal.git",
        from_project: false,
        doc: "Address, or mirror, of the repository of tt-metal.",
    },
    Setting {
        key: "vllm_url",
        env: "TT_JUKEBOX_VLLM_URL",
        default: "https://github.com/tenstorrent/vllm.git",
        from_project: false,
        doc: "Address, or mirror, of the repository of Tenstorrent's vLLM.",
    },
    Setting {
        key: "vllm_plugin_url",
        env: "TT_JUKEBOX_VLLM_PLUGIN_URL",
        default: "https://github.com/tenstorrent/vllm-tt-plugin.git",
        from_project: false,
        doc: "Address, or mirror, of the repository of the Tenstorrent plugin of vLLM.",
    },
    Setting { key: "port", env: "TT_JUKEBOX_PORT", default: "8000", from_project: true, doc: "Port of the server." },
    Setting {
        key: "host",
        env: "TT_JUKEBOX_HOST",
        default: "127.0.0.1",
        from_project: false,
        doc: "Address that the server listens on. 0.0.0.0 lets other machines in, and needs a key file.",
    },
    Setting {
        key: "server_url",
        env: "TT_JUKEBOX_SERVER_URL",
        default: "",
        from_project: false,
        doc: "Base address of another model server to talk to, https:// where others could listen: over plain http:// to \
              another machine the conversation can be read on the way, and no key is sent.",
    },
];
