@NullMarked
package io.fairlead.configs.file;

import org.jspecify.annotations.NullMarked;
