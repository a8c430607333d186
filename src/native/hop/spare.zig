//! Lists of bytes that exchanges of this worker have done with: the next ones need not allocate, and checked builds need not fill what they allocate and free.
const std = @import("std");

const heap = std.heap.c_allocator;
const Bytes = std.ArrayListUnmanaged(u8);

const MOST_LISTS = 64;
const MOST_BYTES = 64 * 1024;

threadlocal var lists: [MOST_LISTS]Bytes = undefined;
threadlocal var count: usize = 0;

/// Empty, and often with room.
pub fn take() Bytes {
    if (count == 0) return .empty;
    count -= 1;
    return lists[count];
}

/// The list is empty afterwards.
pub fn give(list: *Bytes) void {
    if (list.capacity == 0) return;
    if (count == MOST_LISTS or list.capacity > MOST_BYTES) return list.clearAndFree(heap);
    list.clearRetainingCapacity();
    lists[count] = list.*;
    count += 1;
    list.* = .empty;
}
