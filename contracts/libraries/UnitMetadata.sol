// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Unit, UnitStatus} from "../interfaces/ICRU.sol";
import {UnitType} from "../interfaces/IMethodologyRegistry.sol";
import {Report} from "../interfaces/IMRVRegistry.sol";

/// @notice ERC-721 metadata of a block of units as a data URI.
/// @dev Every text in it is a number, hexadecimal, a word of this file or the label of a retirement reason, which has
/// letters, digits and underscores alone: nothing that a user wrote can get in.
library UnitMetadata {
    function uri(Unit memory unit, Report memory report, string memory reasonLabel)
        internal
        pure
        returns (string memory)
    {
        string memory json = string.concat(
            '{"name":"',
            _title(unit),
            '","description":"',
            _description(unit),
            '","image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(_image(unit))),
            _attributes(unit, report, reasonLabel)
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function _title(Unit memory unit) private pure returns (string memory) {
        return string.concat(
            _typeWord(unit.unitType), " ", _decimal(unit.vintage), ", ", _decimal(unit.quantityKg), " kg CO2e"
        );
    }

    function _description(Unit memory unit) private pure returns (string memory) {
        return string.concat(
            "Verified removal of ",
            _decimal(unit.quantityKg),
            " kg CO2e: the kilograms ",
            _range(unit),
            " of report ",
            _hex(unit.reportId),
            ", vintage ",
            _decimal(unit.vintage),
            "."
        );
    }

    function _image(Unit memory unit) private pure returns (string memory) {
        string memory background = string.concat('<rect width="400" height="240" fill="', _colour(unit.status), '"/>');
        return string.concat(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 240" font-family="sans-serif" fill="#fff">',
            background,
            _line(48, 20, string.concat(_typeWord(unit.unitType), " ", _decimal(unit.vintage))),
            _line(120, 36, string.concat(_decimal(unit.quantityKg), " kg CO2e")),
            _line(160, 14, _range(unit)),
            _line(212, 14, _statusWord(unit.status)),
            "</svg>"
        );
    }

    function _line(uint256 y, uint256 size, string memory text) private pure returns (string memory) {
        return string.concat(
            '<text x="24" y="', _decimal(y), '" font-size="', _decimal(size), '">', text, "</text>"
        );
    }

    function _attributes(Unit memory unit, Report memory report, string memory reasonLabel)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            '","attributes":[',
            _provenance(unit, report),
            _serial(unit),
            _ending(unit, reasonLabel),
            _standing(unit),
            "]}"
        );
    }

    /// @dev Of units of another registry, only the number that stands for their serial there is known here.
    function _provenance(Unit memory unit, Report memory report) private pure returns (string memory) {
        if (report.projectId == 0) return _text("Report", _hex(unit.reportId));
        return string.concat(
            _text("Project", Strings.toHexString(uint256(report.projectId), 32)),
            _text("Report", _hex(unit.reportId)),
            _number("date", "Period start", uint256(report.startDay) * 1 days),
            _number("date", "Period end", uint256(report.endDay) * 1 days)
        );
    }

    function _serial(Unit memory unit) private pure returns (string memory) {
        return string.concat(
            _number("number", "Vintage", unit.vintage),
            _number("number", "First kilogram", unit.firstKg),
            _number("number", "Quantity (kg CO2e)", unit.quantityKg)
        );
    }

    function _ending(Unit memory unit, string memory reasonLabel) private pure returns (string memory) {
        string memory end = unit.expires
            ? _number("date", "Monitoring end", uint256(unit.monitoringEndDay) * 1 days)
            : "";
        if (unit.endedAt == 0) return end;
        if (unit.status != UnitStatus.Retired) return string.concat(end, _number("date", "Ended", unit.endedAt));
        return string.concat(
            end,
            _text("Retirement reason", _reasonWord(unit.retirementReason, reasonLabel)),
            _number("date", "Retired", unit.endedAt)
        );
    }

    /// @dev Ends without a comma: the last entries of the list.
    function _standing(Unit memory unit) private pure returns (string memory) {
        return string.concat(
            _text("Unit type", _typeWord(unit.unitType)),
            '{"trait_type":"Status","value":"',
            _statusWord(unit.status),
            '"}'
        );
    }

    function _text(string memory trait, string memory value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', trait, '","value":"', value, '"},');
    }

    function _number(string memory display, string memory trait, uint256 value) private pure returns (string memory) {
        return string.concat(
            '{"display_type":"', display, '","trait_type":"', trait, '","value":', _decimal(value), "},"
        );
    }

    function _range(Unit memory unit) private pure returns (string memory) {
        uint256 last = uint256(unit.firstKg) + unit.quantityKg - 1;
        return string.concat(_decimal(unit.firstKg), " to ", _decimal(last));
    }

    function _decimal(uint256 number) private pure returns (string memory) {
        return Strings.toString(number);
    }

    function _hex(bytes14 reportId) private pure returns (string memory) {
        return Strings.toHexString(uint112(reportId), 14);
    }

    function _colour(UnitStatus status) private pure returns (string memory) {
        if (status == UnitStatus.Held) return "#14532d";
        return status == UnitStatus.Buffer ? "#1e3a8a" : "#404040";
    }

    function _typeWord(UnitType unitType) private pure returns (string memory) {
        return ["CRU", "PCR", "CFS", "CSP", "SER"][uint256(unitType)];
    }

    function _statusWord(UnitStatus status) private pure returns (string memory) {
        return ["held", "buffer", "retired", "cancelled", "expired", "exported", "locked"][uint256(status)];
    }

    function _reasonWord(uint8 code, string memory label) private pure returns (string memory) {
        if (bytes(label).length != 0) return label;
        return [
            "none", "voluntary_claim", "compliance", "contribution", "national_target", "product_claim", "other"
        ][code];
    }
}
