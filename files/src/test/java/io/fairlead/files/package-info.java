@NullMarked
package io.fairlead.files;

import org.jspecify.annotations.NullMarked;
