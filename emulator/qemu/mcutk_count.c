/* A TCG plugin of QEMU that counts what executes in timed regions, for estimates of cycles (docs/cycles.md).
 *
 * A region is what runs after the function at begin..begin_end returns and before the function at `end` is entered: the firmware's
 * hal_timed_begin and hal_timed_end. Arguments, all required, addresses in hexadecimal:
 *
 *   out=FILE,begin=A,begin_end=A,end=A,flash=A,flash_end=A
 *
 * FILE receives, at the end of each region:
 *
 *   region
 *   block START INSTRUCTIONS COUNT TAKEN          a block that ran: TAKEN times the next block was not the one behind it
 *   access ADDRESS FLASH LINES OTHER              an instruction: its accesses to flash, how many of them were to another line of
 *                                                 16 bytes than the access to flash before, and its accesses to other memory
 *   end
 *
 * START and ADDRESS are hexadecimal, the rest decimal. A block may be listed in several lengths. The plugin changes nothing that
 * the guest can see: instruction counts are the same with it and without it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin_api.h"

#define BUCKETS 4096u
#define LINE 16u /* bytes that flash delivers at a time on most chips of this class */

QEMU_PLUGIN_EXPORT extern const int qemu_plugin_version;
const int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

typedef struct {
    uint64_t address;
    uint64_t flash;
    uint64_t lines;
    uint64_t other;
} access_count;

typedef struct block {
    struct block *next; /* in its bucket */
    uint64_t start;
    uint64_t behind; /* address of the first byte after it */
    uint64_t count;
    uint64_t taken;
    size_t length; /* instructions */
    access_count accesses[];
} block;

static struct {
    FILE *out;
    uint64_t begin, begin_end, end, flash, flash_end;
} settings;

static block *buckets[BUCKETS];
static bool armed;     /* hal_timed_begin has run and did not return yet */
static bool counting;  /* inside a region */
static block *previous; /* the last block that ran in the region */
static uint64_t line;   /* the line of flash that was read last */

static block *find_block(uint64_t start, uint64_t behind, size_t length) {
    block **bucket = &buckets[(start >> 1) % BUCKETS];
    for (block *each = *bucket; each != NULL; each = each->next) {
        if (each->start == start && each->behind == behind && each->length == length) {
            return each;
        }
    }
    block *made = calloc(1, sizeof *made + length * sizeof made->accesses[0]);
    if (made == NULL) {
        return NULL;
    }
    made->start = start;
    made->behind = behind;
    made->length = length;
    made->next = *bucket;
    *bucket = made;
    return made;
}

static void clear_counts(void) {
    for (size_t i = 0; i < BUCKETS; i++) {
        for (block *each = buckets[i]; each != NULL; each = each->next) {
            each->count = 0;
            each->taken = 0;
            for (size_t n = 0; n < each->length; n++) {
                each->accesses[n].flash = 0;
                each->accesses[n].lines = 0;
                each->accesses[n].other = 0;
            }
        }
    }
}

static void write_block(const block *each) {
    fprintf(settings.out, "block %" PRIx64 " %zu %" PRIu64 " %" PRIu64 "\n", each->start, each->length, each->count,
            each->taken);
    for (size_t n = 0; n < each->length; n++) {
        const access_count *access = &each->accesses[n];
        if (access->flash != 0 || access->other != 0) {
            fprintf(settings.out, "access %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", access->address, access->flash,
                    access->lines, access->other);
        }
    }
}

static void write_region(void) {
    fprintf(settings.out, "region\n");
    for (size_t i = 0; i < BUCKETS; i++) {
        for (const block *each = buckets[i]; each != NULL; each = each->next) {
            if (each->count != 0) {
                write_block(each);
            }
        }
    }
    fprintf(settings.out, "end\n");
    fflush(settings.out); /* the emulator may be killed at any time */
}

static void on_block(unsigned int vcpu, void *userdata) {
    (void)vcpu;
    block *now = userdata;
    if (now->start >= settings.begin && now->start < settings.begin_end) {
        armed = true;
        counting = false;
        return;
    }
    if (armed) {
        armed = false;
        counting = true;
        previous = NULL;
        line = UINT64_MAX;
        clear_counts();
    }
    if (!counting) {
        return;
    }
    if (previous != NULL && previous->behind != now->start) {
        previous->taken++;
    }
    if (now->start == settings.end) {
        counting = false;
        write_region();
        return;
    }
    now->count++;
    previous = now;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *userdata) {
    (void)vcpu;
    (void)info;
    access_count *access = userdata;
    if (address >= settings.flash && address < settings.flash_end) {
        access->flash++;
        if (address / LINE != line) {
            access->lines++;
            line = address / LINE;
        }
    } else {
        access->other++;
    }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    const size_t length = qemu_plugin_tb_n_insns(tb);
    const struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, length - 1);
    const uint64_t behind = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
    block *made = find_block(qemu_plugin_tb_vaddr(tb), behind, length);
    if (made == NULL) {
        return; /* out of memory: the host notices that the total is too low */
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, made);
    for (size_t n = 0; n < length; n++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, n);
        made->accesses[n].address = qemu_plugin_insn_vaddr(insn);
        qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, &made->accesses[n]);
    }
}

static bool read_address(const char *text, const char *name, uint64_t *value) {
    const size_t length = strlen(name);
    if (strncmp(text, name, length) != 0 || text[length] != '=') {
        return false;
    }
    *value = strtoull(text + length + 1, NULL, 16);
    return true;
}

static bool read_argument(const char *text) {
    if (strncmp(text, "out=", 4) == 0) {
        settings.out = fopen(text + 4, "w");
        return settings.out != NULL;
    }
    return read_address(text, "begin", &settings.begin) || read_address(text, "begin_end", &settings.begin_end) ||
           read_address(text, "end", &settings.end) || read_address(text, "flash", &settings.flash) ||
           read_address(text, "flash_end", &settings.flash_end);
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!read_argument(argv[i])) {
            fprintf(stderr, "mcutk_count: bad argument '%s'\n", argv[i]);
            return 1;
        }
    }
    if (settings.out == NULL || settings.end == 0 || settings.begin_end == 0 || settings.flash_end == 0) {
        fprintf(stderr, "mcutk_count: out, begin, begin_end, end, flash and flash_end are required\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
