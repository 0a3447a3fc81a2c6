/**
 * A registry that is a list on a web server, one instance a line: the worked example of {@code
 * docs/writing-an-adapter.md}.
 */
@NullMarked
package com.example.lines;

import org.jspecify.annotations.NullMarked;
