# SPDX-License-Identifier: MIT
# Regular files: offset, O_APPEND, one offset of dup'ed descriptors, numbers beyond a gap, close-on-exec.
walk "$programs/../test-files"
